"""`python -m feed` and the `feed` command."""

from feed.cli import main

if __name__ == "__main__":
    main()
