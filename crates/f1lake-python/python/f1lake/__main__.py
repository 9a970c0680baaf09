"""``python -m f1lake``."""

from ._program import main

if __name__ == "__main__":
    main()
