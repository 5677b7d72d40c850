"""The Data Catalog of Glue: moto keeps what it is given, and takes anything."""
from moto.glue.models import GlueBackend
from moto.glue.responses import GlueResponse

from .json_requests import hold_to_model

_HELD = (
    "CreateDatabase", "GetDatabase", "UpdateDatabase", "DeleteDatabase", "CreateTable", "GetTable", "UpdateTable", "DeleteTable",
)


def mend() -> None:
    hold_to_model(GlueResponse, "glue", "InvalidInputException", _HELD)
    _fold_names()


def _fold_names() -> None:
    """Names are stored in lower case, and it is up to the reader to know.

    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html
    """
    create_database, create_table = GlueBackend.create_database, GlueBackend.create_table

    def database_in_lower_case(self, database_name: str, database_input: dict, tags=None):
        name = database_name.lower()
        return create_database(self, name, {**database_input, "Name": name}, tags)

    def table_in_lower_case(self, database_name: str, table_name: str, table_input: dict, open_table_format_input=None):
        name = table_name.lower()
        return create_table(self, database_name, name, {**table_input, "Name": name}, open_table_format_input)

    GlueBackend.create_database = database_in_lower_case
    GlueBackend.create_table = table_in_lower_case
