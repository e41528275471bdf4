"""The JSON schema of a measurement, derived from the types that make the document.

``python -m petrial.adapters.files.json_schema`` writes it to standard output.
"""

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from petrial.lesions.table import LESION_TABLE
from petrial.reports.document import Document

__all__ = ["measurement_schema"]


def measurement_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of the documents that ``--json`` writes."""
    schema = TypeAdapter(Document).json_schema(mode="serialization")
    for definition in (schema, *schema["$defs"].values()):
        definition["additionalProperties"] = False
    lesion = schema["$defs"]["LesionRow"]["properties"]
    for column in LESION_TABLE.columns:
        unit = f" ({column.unit})" if column.unit else ""
        lesion[column.name]["description"] = column.sentence + unit
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


if __name__ == "__main__":
    json.dump(measurement_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
