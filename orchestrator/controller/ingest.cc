#include "orchestrator/controller/ingest.h"

#include "orchestrator/attempts/secret.h"
#include "orchestrator/decide/reception.h"
#include "orchestrator/starts/start.h"

#include <fmt/format.h>

#include <ranges>

namespace enigma {
namespace {

bool take_line(std::string_view line, size_t number, Batch& batch) {
  if (line.size() > protocol::kLineBytesMax) {
    batch.status = 413;
    batch.why = fmt::format("line {}: longer than {} bytes", number, protocol::kLineBytesMax);
    return false;
  }
  auto parsed = protocol::parse_line(line);
  if (parsed.report && !batch.reports.empty() && parsed.report->run != batch.reports[0].run) {
    parsed.report.reset();
    parsed.why = "run: expected the run of the batch's first line";
  }
  if (parsed.report) {
    batch.reports.push_back(std::move(*parsed.report));
    return true;
  }
  batch.status = 400;
  batch.why = fmt::format("line {}: {}", number, parsed.why);
  return false;
}

}  // namespace

Batch parse_batch(std::string_view body) {
  Batch batch;
  if (body.size() > protocol::kBatchBytesMax) {
    batch.status = 413;
    batch.why = fmt::format("a batch may have {} bytes", protocol::kBatchBytesMax);
    return batch;
  }
  size_t number = 0;
  for (size_t from = 0; from < body.size();) {
    const size_t end = std::min(body.find('\n', from), body.size());
    const std::string_view line = body.substr(from, end - from);
    from = end + 1;
    ++number;
    if (!line.empty() && !take_line(line, number, batch)) {
      batch.reports.clear();
      return batch;
    }
  }
  if (batch.reports.empty()) {
    batch.status = 400;
    batch.why = "no report in the batch";
  }
  return batch;
}

std::string token_of_bearer(const db::Run& run, const std::string& secret,
                            const std::string& bearer) {
  for (const db::Attempt& attempt : run.attempts | std::views::reverse) {
    const std::string shown = attempts::bearer_of(secret, submission_of(attempt.token));
    if (attempts::same_secret(token_of_start(shown, start_of(attempt.token)), bearer)) {
      return attempt.token;
    }
  }
  return "";
}

namespace {

Reception commit(db::Store& store, decide::Receipt&& receipt) {
  switch (receipt.reception) {
    case decide::Reception::fenced:
      return {409, {}, "this attempt does not count any more: stop", {}};
    case decide::Reception::unauthorized:
      return {401, {}, "no attempt of this run has this token", {}};
    case decide::Reception::accepted:
      break;
  }
  Reception reception{200, {receipt.ack, receipt.command}, "", {}};
  if (receipt.delivery.reports.empty() && receipt.delivery.events.empty()) { return reception; }
  if (!store.commit(receipt.delivery)) {
    return {503, {}, "the run changed meanwhile: post again", {}};
  }
  reception.run = std::move(receipt.delivery.run);
  reception.reports = std::move(receipt.delivery.reports);
  return reception;
}

}  // namespace

Reception ingest(db::Store& store, const db::Run& run, const std::string& token,
                 const std::vector<protocol::Report>& reports, db::Time now) {
  return commit(store, decide::receive(run, token, reports, now));
}

Reception ingest_spool(db::Store& store, const db::Run& run, const decide::Spool& spool,
                       const decide::SpoolPart& part, db::Time now) {
  return commit(store, decide::receive_spool(run, spool, part, now));
}

}  // namespace enigma
