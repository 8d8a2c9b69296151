"""The drawings of the small pieces: state glyphs and icons, as the insides of an SVG element."""

_RING = '<circle class="ring" cx="7" cy="7" r="6"/>'
GLYPHS = {
    "none": _RING,
    "quarter": f'{_RING}<path class="pie" d="M7 7V3a4 4 0 0 1 4 4z"/>',
    "half": f'{_RING}<path class="pie" d="M7 3a4 4 0 0 1 0 8z"/>',
    "most": f'{_RING}<path class="pie" d="M7 7V3a4 4 0 1 1-4 4z"/>',
    "done": '<circle class="pie" cx="7" cy="7" r="6.3"/><path class="tick" d="M4.2 7.2l2 1.9 3.6-4"/>',
    "back": f'{_RING}<path class="stroke" d="M8.8 4.4L5.6 7l3.2 2.6"/>',
    "stop": f'{_RING}<path class="stroke" d="M4.4 7h5.2"/>',
}
# What a state looks like, by its value; the tables of steps belong to the workflows.
STATE_GLYPHS = {
    # not begun
    "planned": "none",
    "missing": "none",
    "due": "none",
    "owed": "none",
    "registered": "none",
    # under way
    "draft": "quarter",
    "in_progress": "quarter",
    "accepted": "quarter",
    "assigned": "quarter",
    "running": "half",
    "awaiting_unit": "half",
    "awaiting_lead": "half",
    "submitted": "half",
    "in_review": "half",
    "proposed": "half",
    "handling": "half",
    "lead_passed": "most",
    "awaiting_office": "most",
    "replied": "most",
    "follow_up": "most",
    # ended well
    "closed": "done",
    "verified": "done",
    "issued": "done",
    "held": "done",
    "done": "done",
    "sent": "done",
    "applied": "done",
    "published": "done",
    "paid": "done",
    # sent back or failed
    "returned": "back",
    "failed": "back",
    "dead": "back",
    # ended otherwise
    "suspended": "stop",
    "cancelled": "stop",
    "superseded": "stop",
    "dismissed": "stop",
    "skipped": "stop",
    "declined": "stop",
    "merged": "stop",
    "withdrawn": "stop",
    "expired": "stop",
    "discarded": "stop",
}
# How the glyph and the word are coloured; the others are blue beside ink.
STATE_KINDS = {"none": "planned", "back": "returned", "stop": "stopped"}

ICONS = {
    "bell": '<path d="M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3L4 11zM6.8 14.2h2.4"/>',
    "camera": '<path d="M2 5h3l1-1.7h4L11 5h3v8H2z"/><circle cx="8" cy="8.8" r="2.4"/>',
    "check": '<path d="M3 8.5l3.2 3L13 4.5"/>',
    "clip": '<path d="M12.5 7.5l-5 5a3 3 0 0 1-4.2-4.2l5.4-5.4a2 2 0 0 1 2.8 2.8l-5.3 5.3a1 1 0 0 1-1.4-1.4'
    'l4.7-4.7"/>',
    "clock": '<circle cx="8" cy="8" r="6"/><path d="M8 4.5V8l2.4 1.6"/>',
    "copy": '<path d="M5.5 5.5h7v7h-7zM3.5 10.5v-7h7"/>',
    "cross": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "down": '<path d="M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10"/>',
    "edit": '<path d="M3 13l.8-3L10.6 3.2l2.2 2.2L6 12.2 3 13z"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.6M8 4.9v.2"/>',
    "lock": '<path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"/>',
    "menu": '<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>',
    "next": '<path d="M6 3.5L10.5 8 6 12.5"/>',
    "phone": '<path d="M3 3.5l2.2-1 1.6 3-1.3 1.2a7 7 0 0 0 3.8 3.8l1.2-1.3 3 1.6-1 2.2c-5 .6-10-4.5-9.5-9.5z"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "print": '<path d="M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z"/>',
    "question": '<circle cx="8" cy="8" r="6"/><path d="M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.3M8 11.4v.1"/>',
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14"/>',
    "up": '<path d="M8 11V3M4.5 6L8 2.5 11.5 6M3 13.5h10"/>',
    "warn": '<path d="M8 2.2L14.5 13.5h-13L8 2.2zM8 6.5v3.3M8 11.6v.2"/>',
}
