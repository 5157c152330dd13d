// What is answered to questions about the store: JSON documents with the keys of the command line,
// and mistakes with the status that fits. Each is made from a connection that only reads.
#pragma once

#include "db/store.h"
#include "http/message.h"
#include "orchestrator/serve/kept_totals.h"
#include "orchestrator/serve/law.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace enigma::answers {

inline constexpr std::string_view kRunsPath = "/api/v1/runs/";
inline constexpr std::string_view kSweepsPath = "/api/v1/sweeps/";

http::Response json_of(int status, const nlohmann::ordered_json& document);

/// `{"diagnostics": […]}` of one sentence.
http::Response refusal(int status, const std::string& message);

/// A document with its schema as the first key, as the command line prints it.
http::Response document_of(const std::string& verb, nlohmann::ordered_json content);

// `folder` is the store's.

/// OpenMetrics text (documents/open_metrics.h).
http::Response open_metrics(const db::Store& store, const http::Request& request,
                            const std::filesystem::path& folder);
/// `?sweep=`, `?after=&limit=&state=` for a page, or `?ids=` for some runs alone.
http::Response status(const db::Store& store, const http::Request& request,
                      const std::filesystem::path& folder, KeptTotals& kept);
/// `runs/ID`, or `ID/metrics?points=&from=`, `ID/logs?lines=&attempt=`, `ID/explain`.
http::Response run(const db::Store& store, const http::Request& request,
                   const std::filesystem::path& folder);
/// `?a=&b=`: what two runs differ in.
http::Response difference(const db::Store& store, const http::Request& request,
                          const std::filesystem::path& folder);
http::Response nodes(const db::Store& store, const http::Request& request,
                     const std::filesystem::path& folder);
/// `sweeps/NAME`, or `NAME/export`, `NAME/law?form=&where=&by=&kind=`, which `law` answers.
http::Response sweep(const db::Store& store, const http::Request& request,
                     const std::function<nlohmann::ordered_json(const LawQuestion&)>& law);

}  // namespace enigma::answers
