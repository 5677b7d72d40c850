"""Condition operators of IAM policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""
import datetime
import fnmatch
import ipaddress
import re

Context = dict  # lower-case condition key -> value or list of values


def holds(condition: dict, context: Context) -> bool:
    """Every operator and every key in it has to match; the values of one key are alternatives."""
    return all(
        _key_matches(operator, key, expected, context)
        for operator, keys in condition.items()
        for key, expected in keys.items()
    )


def _key_matches(operator: str, key: str, expected, context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    wanted = _as_list(expected)
    present = key.lower() in context
    actual = _as_list(context.get(key.lower(), []))

    if name == "Null":
        return any(present == (str(value).lower() == "false") for value in wanted)
    if quantifier == "ForAllValues":
        return all(_value_matches(name, value, wanted, context) for value in actual)
    if quantifier == "ForAnyValue":
        return any(_value_matches(name, value, wanted, context) for value in actual)
    if not present:
        # "If the key that you specify in a policy condition is not present in the request context,
        # the values do not match": so a negated operator matches, also in a Deny.
        return if_exists or _negated(name)
    return all(_value_matches(name, value, wanted, context) for value in actual)


def _negated(name: str) -> bool:
    return "Not" in name


def _value_matches(name: str, actual, wanted: list, context: Context) -> bool:
    test = _OPERATORS.get(name)
    if test is None:
        raise ValueError(f"condition operator {name} is not one of IAM's")
    substituted = [_substitute(str(value), context) for value in wanted]
    matched = any(test(str(actual), value) for value in substituted)
    return not matched if _negated(name) else matched


def _substitute(value: str, context: Context) -> str:
    """Policy variables. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""

    def replace(match: re.Match) -> str:
        name, _, default = match.group(1).partition(",")
        if name in ("*", "?", "$"):
            return {"*": "[*]", "?": "[?]", "$": "$"}[name]
        found = context.get(name.strip().lower())
        return str(_as_list(found)[0]) if found is not None else default.strip().strip("'")

    return re.sub(r"\$\{([^}]+)\}", replace, value)


def wildcard(value: str, pattern: str) -> bool:
    """IAM has `*` and `?` only; brackets are literal unless we wrote them for an escaped wildcard."""
    translated = "".join(
        part if part in ("[*]", "[?]") else part.replace("[", "[[]") for part in re.split(r"(\[\*\]|\[\?\])", pattern)
    )
    return fnmatch.fnmatchcase(value, translated)


def _arn_like(value: str, pattern: str) -> bool:
    # Each of the six parts is compared by itself, so `*` does not cross a colon.
    left, right = value.split(":", 5), pattern.split(":", 5)
    return len(left) == len(right) and all(wildcard(a, b) for a, b in zip(left, right))


def _number(compare):
    return lambda actual, wanted: compare(float(actual), float(wanted))


def _date(compare):
    def parse(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

    return lambda actual, wanted: compare(parse(actual), parse(wanted))


def _in_network(actual: str, wanted: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)


def _as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def _equal(actual: str, wanted: str) -> bool:
    return actual == wanted


def _equal_ignoring_case(actual: str, wanted: str) -> bool:
    return actual.lower() == wanted.lower()


# A negated operator is its positive twin, turned around in _value_matches.
_OPERATORS = {
    "StringEquals": _equal, "StringNotEquals": _equal,
    "StringEqualsIgnoreCase": _equal_ignoring_case, "StringNotEqualsIgnoreCase": _equal_ignoring_case,
    "StringLike": wildcard, "StringNotLike": wildcard,
    "ArnEquals": _arn_like, "ArnNotEquals": _arn_like, "ArnLike": _arn_like, "ArnNotLike": _arn_like,
    "Bool": _equal_ignoring_case,
    "BinaryEquals": _equal,
    "NumericEquals": _number(lambda a, b: a == b), "NumericNotEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b), "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b), "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    "DateEquals": _date(lambda a, b: a == b), "DateNotEquals": _date(lambda a, b: a == b),
    "DateLessThan": _date(lambda a, b: a < b), "DateLessThanEquals": _date(lambda a, b: a <= b),
    "DateGreaterThan": _date(lambda a, b: a > b), "DateGreaterThanEquals": _date(lambda a, b: a >= b),
    "IpAddress": _in_network, "NotIpAddress": _in_network,
}
