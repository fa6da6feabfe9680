"""`python -m aepsych_grpc` is `aepsych-grpc`."""

from aepsych_grpc.cli import main

if __name__ == "__main__":
    main()
