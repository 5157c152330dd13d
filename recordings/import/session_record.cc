#include "recordings/import/session_record.h"

#include "recordings/format/output_file.h"

namespace enigma::recordings::importer {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json rate_or_null(double rate_hz) {
  return rate_hz > 0 ? Json(rate_hz) : Json();
}

Json modality_json(const ImportedModality& m) {
  return {{"name", m.name},
          {"kind", name_of(m.kind)},
          {"quantity", text_or_null(m.quantity)},
          {"source", text_or_null(m.source)},
          {"type", text_or_null(m.type)},
          {"signals", m.signals},
          {"native_rate_hz", rate_or_null(m.native_rate_hz)},
          {"stored_rate_hz", rate_or_null(m.stored_rate_hz)}};
}

}  // namespace

Json to_json(const SessionRecord& record) {
  Json json = {{"data_key", text_or_null(record.data_key)},
               {"species", text_or_null(record.species)},
               {"animal", text_or_null(record.animal)},
               {"neurons", record.neurons > 0 ? Json(record.neurons) : Json()},
               {"hours", record.seconds / 3600},
               {"seconds", record.seconds},
               {"unobserved", Json()},
               {"tiers", Json::object()},
               {"modalities", Json::array()},
               {"notes", record.notes},
               {"left_out", Json::array()},
               {"linked_files", Json::array()}};
  if (const auto& gaps = record.unobserved) {
    json["unobserved"] = {{"seconds", gaps->seconds},
                          {"invalid_seconds", gaps->invalid_s},
                          {"neurons", gaps->neurons},
                          {"neuron_seconds", gaps->neuron_s}};
  }
  for (const auto& [name, tier] : record.tiers) {
    json["tiers"][name] = {{"trials", tier.trials}, {"seconds", tier.seconds}};
  }
  for (const ImportedModality& m : record.modalities) {
    json["modalities"].push_back(modality_json(m));
  }
  for (const auto& [where, why] : record.left_out) {
    json["left_out"].push_back({{"where", where}, {"why", why}});
  }
  for (const LinkedFile& file : record.linked_files) {
    json["linked_files"].push_back({{"path", file.name}, {"identity", file.identity}});
  }
  return json;
}

void write_identity(const SessionRecord& record, const std::filesystem::path& session) {
  Json json = {{"data_key", record.data_key}};
  if (!record.animal.empty()) { json["animal"] = record.animal; }
  if (!record.species.empty()) { json["species"] = record.species; }
  write_file(session / "meta.json",
             json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace enigma::recordings::importer
