// What `bench` measured, for people.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace enigma::worker {

/// The document of `bench` as lines.
std::string text_of_bench(const nlohmann::ordered_json& document);

}  // namespace enigma::worker
