#include "sweeps/site/site.h"

namespace enigma::sweeps {

nlohmann::ordered_json site_schema() {
  auto schema = nlohmann::ordered_json::parse(R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "A site profile of enigma-sweep",
  "type": "object", "required": ["name", "as_of"], "additionalProperties": false,
  "properties": {
    "$schema": {}, "_note": {},
    "name": {"type": "string", "minLength": 1},
    "as_of": {"$ref": "#/definitions/day", "description": "The day on which all of this was true."},
    "scheduler": {"enum": ["slurm", "none"], "default": "slurm"},
    "partitions": {"type": "array", "items": {
      "type": "object", "additionalProperties": false, "required": ["name"],
      "properties": {
        "_note": {}, "name": {"type": "string", "minLength": 1},
        "preempts": {
          "description": "What happens to a preempted job; true: how is not known."
        },
        "grace_s": {"type": "number", "minimum": 0},
        "max_time_s": {"type": "number", "exclusiveMinimum": 0},
        "default": {"type": "boolean"}
      }
    }},
    "gpu": {
      "type": "object", "additionalProperties": false, "required": ["name", "per_node"],
      "properties": {
        "_note": {}, "name": {"type": "string", "minLength": 1},
        "per_node": {"type": "integer", "minimum": 1, "maximum": 64},
        "peak_flops_per_s": {
          "type": "object",
          "additionalProperties": {"type": "number", "exclusiveMinimum": 0},
          "description": "Dense peak of one device, by data type.", "properties": {"_note": {}}
        }
      }
    },
    "rates": {"type": "array", "items": {
      "type": "object", "additionalProperties": false,
      "required": ["usd_per_device_hour", "from", "to"],
      "properties": {
        "_note": {}, "usd_per_device_hour": {"type": "number", "minimum": 0},
        "preemptible": {"type": "boolean"},
        "from": {"$ref": "#/definitions/day"}, "to": {"$ref": "#/definitions/day"}
      }
    }},
    "scratch": {
      "type": "object", "additionalProperties": false, "required": ["path"],
      "properties": {
        "_note": {}, "path": {"type": "string", "minLength": 1},
        "quota_bytes": {"type": "integer", "minimum": 1}
      }
    },
    "lines": {"type": "array", "items": {"type": "string"},
              "description": "Lines of the job's script before the worker: modules, variables."},
    "container": {"type": "string", "description": "Image in which the worker runs."},
    "container_runtime": {
      "default": "apptainer",
      "description": "Apptainer starts the worker from an image file; Pyxis is a plugin of srun."
    },
    "options": {"type": "object", "description": "Further options of sbatch by their long names.",
                "additionalProperties": {"type": ["string", "integer", "boolean"]}},
    "forbids": {"type": "array", "uniqueItems": true, "items": {}}
  },
  "definitions": {"day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}}
})json");
  auto& words = schema["properties"]["partitions"]["items"]["properties"]["preempts"]["enum"];
  words = preemption_names();
  for (const bool flag : {true, false}) { words.push_back(flag); }
  schema["properties"]["container_runtime"]["enum"] = container_runtime_names();
  schema["properties"]["forbids"]["items"]["enum"] = forbidden_names();
  return schema;
}

}  // namespace enigma::sweeps
