"""The sample county 云溪县: invented people and believable rows around real figures of one county's year.

`data/` holds the texts of January to October 2023; the modules here turn them
into rows, moved by whole months so that the last full month lies before today.
"""
