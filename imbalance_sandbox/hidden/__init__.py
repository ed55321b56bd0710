"""What is seen in the sandbox where a package that holds answers would be."""

raise ModuleNotFoundError(
    f"{__name__} is out of sight while answers are graded, so an answer cannot use it",
    name=__name__,
)
