"""`python -m panzad` is the panzad command."""

from panzad.cli import main

if __name__ == "__main__":
    main()
