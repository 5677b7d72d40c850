"""Values held to the shapes of a service model, to the letter.

AWS checks enumerations, patterns, the sizes of lists and strings, and unions; the SDKs check next to nothing.
"""
import functools
import re

_CLASSES = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": r"\s",
    r"\uD800\uDC00-\uDBFF\uDFFF": r"\U00010000-\U0010FFFF",
}


class Invalid(Exception):
    """What the model does not allow, with the path of the member."""


def check_shape(shape, value, path: str) -> None:
    kind = shape.type_name
    if kind == "structure":
        for name in shape.required_members:
            if name not in value:
                raise Invalid(f"{path}.{name}: missing")
        if getattr(shape, "is_tagged_union", False) and len(value) != 1:
            raise Invalid(f"{path}: expected exactly one of {', '.join(shape.members)}, got {len(value)}")
        for name, member in value.items():
            check_shape(shape.members[name], member, f"{path}.{name}")
        return
    if kind in ("list", "map", "string"):
        _check_range(shape, len(value), path, "elements" if kind != "string" else "characters")
    elif kind in ("integer", "long"):
        _check_range(shape, value, path, "")
    if kind == "list":
        for index, item in enumerate(value):
            check_shape(shape.member, item, f"{path}[{index}]")
    elif kind == "map":
        for key, item in value.items():
            check_shape(shape.key, key, f"{path} (key {key!r})")
            check_shape(shape.value, item, f"{path}.{key}")
    elif kind == "string":
        _check_text(shape, value, path)


def _check_range(shape, number: int, path: str, of: str) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = f"{'' if least is None else least} to {'' if most is None else most}"
        raise Invalid(f"{path}: {bounds} {of} allowed, got {number}".replace("  ", " "))


def _check_text(shape, value: str, path: str) -> None:
    if shape.enum and value not in shape.enum:
        raise Invalid(f"{path}: expected one of {', '.join(shape.enum)}, got {value!r}")
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        raise Invalid(f"{path}: {value!r} does not match {pattern}")


@functools.lru_cache(maxsize=None)
def _compiled(pattern: str) -> re.Pattern:
    """The model's patterns are Java's; of its classes only those of Unicode are not Python's too, nor are surrogates characters."""
    for of_java, of_python in _CLASSES.items():
        pattern = pattern.replace(of_java, of_python)
    return re.compile(pattern)
