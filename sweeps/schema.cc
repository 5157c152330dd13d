#include "sweeps/schema.h"

#include "sweeps/executor_names.h"
#include "sweeps/family.h"
#include "sweeps/quantity.h"
#include "sweeps/setting.h"
#include "sweeps/spec.h"
#include "worker/protocol/exit_code.h"

#include <string>

namespace enigma::sweeps {
namespace {

using Schema = nlohmann::ordered_json;

constexpr const char* kFrame = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "A sweep of enigma-sweep",
  "type": "object",
  "required": ["version", "name", "session_sets", "evaluation"],
  "additionalProperties": false,
  "properties": {
    "$schema": {}, "_note": {},
    "version": {"const": 1},
    "name": {"$ref": "#/definitions/name"},
    "executor": {
      "default": "local",
      "description": "Where its runs go: processes of this machine, or jobs of a Slurm cluster."
    },
    "site": {
      "type": "string", "minLength": 1,
      "description": "Profile of the cluster: a name (generic, marlowe) or a file beside the spec."
    },
    "data": {
      "type": "object", "additionalProperties": false,
      "description": "Recordings and how windows are cut; the recordings say what is absent here.",
      "properties": {
        "_note": {},
        "path": {"type": "string", "minLength": 1},
        "rate_hz": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000000},
        "window_samples": {"type": "integer", "minimum": 10, "maximum": 1000000},
        "align": {"enum": ["trial", "free"]},
        "modalities": {"$ref": "#/definitions/names"}
      }
    },
    "session_sets": {
      "type": "object", "minProperties": 1,
      "properties": {"_note": {}},
      "additionalProperties": {"$ref": "#/definitions/session_set"}
    },
    "evaluation": {
      "type": "object", "additionalProperties": false, "required": ["sessions", "strategies"],
      "properties": {
        "_note": {},
        "sessions": {
          "type": "string",
          "description": "Name of a session set; every training set holds its sessions."
        },
        "strategies": {
          "type": "array", "minItems": 1, "uniqueItems": true,
          "items": {"$ref": "#/definitions/strategy"}
        }
      }
    },
    "defaults": {"type": "object", "additionalProperties": false, "properties": {"_note": {}}},
    "axes": {
      "type": "object", "additionalProperties": false, "properties": {"_note": {}},
      "patternProperties": {}
    },
    "zip": {
      "type": "array", "minItems": 1,
      "description": "Groups of equally long lists whose values vary together.",
      "items": {
        "type": "object", "minProperties": 1, "additionalProperties": false,
        "properties": {"_note": {}}, "patternProperties": {}
      }
    },
    "include": {
      "type": "array", "minItems": 1,
      "description": "Further points: PATHs and values above the defaults.",
      "items": {
        "type": "object", "minProperties": 1, "additionalProperties": false,
        "properties": {"_note": {}}, "patternProperties": {}
      }
    },
    "derive": {
      "type": "object", "additionalProperties": false,
      "description": "Formulas over other PATHs and what is known of a point.",
      "properties": {"_note": {}}, "patternProperties": {}
    },
    "where": {
      "$ref": "#/definitions/names",
      "description": "Conditions that all hold for the points that are kept."
    },
    "exclude": {
      "$ref": "#/definitions/names",
      "description": "Conditions none of which holds for the points that are kept."
    },
    "seeds": {
      "type": "array", "minItems": 1, "uniqueItems": true,
      "items": {"type": "integer", "minimum": 0}
    },
    "resources": {
      "type": "array",
      "items": {
        "type": "object", "additionalProperties": false,
        "properties": {
          "_note": {}, "if": {"type": "string", "minLength": 1},
          "nodes": {
            "description": "Nodes of a run; a list: the counts that it may come back on.",
            "oneOf": [
              {"$ref": "#/definitions/node_count"},
              {"type": "array", "minItems": 1, "uniqueItems": true,
               "items": {"$ref": "#/definitions/node_count"}}
            ]
          },
          "devices": {"type": "integer", "minimum": 1, "maximum": 64},
          "ranks": {"type": "integer", "minimum": 1, "maximum": 6400000},
          "time_s": {"type": "number", "exclusiveMinimum": 0},
          "spares": {
            "type": "integer", "minimum": 0, "maximum": 100000,
            "description": "Nodes more than it runs on, to go on with where one fails."
          },
          "chain": {
            "type": "integer", "minimum": 1, "maximum": 100,
            "description": "Jobs of a run submitted at once; each goes on where the last one ended."
          }
        }
      }
    },
    "ceilings": {
      "type": "object", "additionalProperties": false,
      "description": "What the runs of the sweep may use together, over all their attempts.",
      "properties": {
        "_note": {},
        "device_hours": {"type": "number", "exclusiveMinimum": 0},
        "usd": {"type": "number", "exclusiveMinimum": 0},
        "usd_per_device_hour": {"type": "number", "minimum": 0},
        "on_reach": {
          "enum": ["hold", "checkpoint_and_stop"],
          "description": "hold: no run starts any more; checkpoint_and_stop: runs at work end too."
        }
      },
      "dependencies": {
        "on_reach": {"anyOf": [{"required": ["device_hours"]}, {"required": ["usd"]}]}
      }
    },
    "stop": {
      "type": "array",
      "description": "When a run is held for what it reports.",
      "items": {
        "type": "object", "additionalProperties": false, "required": ["if"],
        "properties": {
          "_note": {},
          "if": {
            "type": "string", "minLength": 1,
            "description": "Over step, progress, train_loss, gain, rise, behind and mfu_step."
          },
          "over_steps": {
            "type": "integer", "minimum": 1, "maximum": 1000000000,
            "description": "Steps that means are taken over (100)."
          }
        }
      }
    },
    "retry": {"type": "object", "additionalProperties": false, "properties": {"_note": {}}},
    "priority": {"type": "integer", "minimum": -1000000, "maximum": 1000000}
  },
  "definitions": {
    "node_count": {"type": "integer", "minimum": 1, "maximum": 100000},
    "name": {"type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$"},
    "retry_limit": {
      "type": "object", "additionalProperties": false,
      "properties": {
        "_note": {},
        "max": {"type": "integer", "minimum": 0, "maximum": 1000000},
        "backoff_s": {"type": "number", "minimum": 0}
      }
    },
    "names": {
      "type": "array", "minItems": 1, "uniqueItems": true,
      "items": {"type": "string", "minLength": 1}
    },
    "session_set": {
      "type": "object", "additionalProperties": false,
      "properties": {
        "_note": {},
        "list": {"$ref": "#/definitions/names"},
        "first": {"type": "integer", "minimum": 1},
        "order": {"enum": ["name", "neurons", "seconds"]},
        "where": {"type": "string", "minLength": 1}
      },
      "oneOf": [{"required": ["list"]}, {"required": ["first"]}, {"required": ["where"]}],
      "dependencies": {"order": ["first"]}
    },
    "geom": {
      "type": "object", "additionalProperties": false, "required": ["geom"],
      "properties": {
        "_note": {},
        "geom": {
          "type": "object", "additionalProperties": false, "required": ["from", "to", "per_decade"],
          "properties": {
            "_note": {},
            "from": {"type": "number", "exclusiveMinimum": 0},
            "to": {"type": "number", "exclusiveMinimum": 0},
            "per_decade": {"type": "integer", "minimum": 1, "maximum": 1000}
          }
        }
      }
    }
  }
})json";

}  // namespace

namespace {

/// A list of values, each once, or a geometric range where they are numbers.
Schema axis_schema(const Setting& setting) {
  const Schema& value = setting.rule.schema;
  const Schema list = {{"type", "array"}, {"minItems", 1}, {"uniqueItems", true}, {"items", value}};
  if (!is_number_path(setting.path)) { return list; }
  return {{"oneOf", {list, {{"$ref", "#/definitions/geom"}}}}};
}

/// The same PATH everywhere that one may stand.
void add_path(Schema& properties, const Setting& setting, const char* kind,
              const std::string& dotted) {
  const Schema& value = setting.rule.schema;
  properties["axes"][kind][dotted] = axis_schema(setting);
  properties["zip"]["items"][kind][dotted] = {{"type", "array"}, {"minItems", 1}, {"items", value}};
  properties["include"]["items"][kind][dotted] = value;
  if (is_number_path(setting.path)) {
    properties["derive"][kind][dotted] = {{"type", "string"}, {"minLength", 1}};
  }
}

void add_default(Schema& groups, const Setting& setting) {
  const std::string group = setting.group();
  if (!groups.contains(group)) {
    groups[group] = {{"type", "object"},
                     {"additionalProperties", false},
                     {"properties", {{"_note", Schema::object()}}}};
  }
  groups[group]["properties"][setting.key()] = setting.rule.schema;
}

/// `worker.NAME`: any NAME.
void add_worker(Schema& properties) {
  const std::string names = std::string(kWorkerNames).substr(1);
  add_path(properties, worker_setting(), "patternProperties", "^worker\\." + names);
  properties["defaults"]["properties"][kWorkerGroup] = {
      {"type", "object"},
      {"additionalProperties", false},
      {"properties", {{"_note", Schema::object()}}},
      {"patternProperties", {{kWorkerNames, worker_setting().rule.schema}}}};
}

}  // namespace

nlohmann::ordered_json spec_schema() {
  Schema schema = Schema::parse(kFrame);
  Schema& properties = schema["properties"];
  properties["executor"]["enum"] = executor_names();
  schema["definitions"]["strategy"] = {{"enum", strategy_names()}};
  for (const std::string& name : protocol::failure_class_names()) {
    properties["retry"]["properties"][name] = {{"$ref", "#/definitions/retry_limit"}};
  }
  for (const Setting& setting : settings()) {
    add_default(properties["defaults"]["properties"], setting);
    add_path(properties, setting, "properties", setting.path);
  }
  add_worker(properties);
  return schema;
}

}  // namespace enigma::sweeps
