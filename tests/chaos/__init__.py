"""What happens when processes die, repeat and overlap: real ones, on the run's database and a Redis of their own.

Marked `chaos`: `manage.py test -m chaos` runs them, `-m "not chaos"` leaves them out.
"""
