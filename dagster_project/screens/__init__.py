"""What the commands say: each module turns typed results into lines of text and style. Nothing is printed
and nothing is computed here; ``cli.py`` prints.
"""

Line = tuple[str, str | None]
