"""What UpdateWorkGroup makes of a configuration: what it names is replaced, what it removes is gone, the rest stays.

https://docs.aws.amazon.com/athena/latest/APIReference/API_WorkGroupConfigurationUpdates.html
"""
_UPDATES = "Updates"
_REMOVE = "Remove"


def updated(configuration: dict, updates: dict) -> dict:
    """A changed copy. `ResultConfigurationUpdates` is to `ResultConfiguration` what the whole is to the whole."""
    result = dict(configuration)
    for name, value in updates.items():
        if name.startswith(_REMOVE):
            if value:
                result.pop(name[len(_REMOVE):], None)
        elif name.endswith(_UPDATES):
            inner = name[:-len(_UPDATES)]
            result[inner] = updated(result.get(inner, {}), value)
        else:
            result[name] = value
    return result
