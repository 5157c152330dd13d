#include "orchestrator/attempts/run_folder.h"

#include "files/atomic_file.h"
#include "orchestrator/attempts/slice.h"
#include "orchestrator/launch/attempt_folder.h"
#include "orchestrator/launch/durable.h"

#include <cerrno>
#include <system_error>

namespace enigma::attempts {

namespace fs = std::filesystem;

void prepare(const fs::path& run_folder, const decide::Submission& submission,
             const std::string& bearer) {
  fs::create_directories(run_folder / "submissions");
  write_atomically(run_folder / "point.json", submission.point_file);
  const std::string secret =
      launch::submission_path(run_folder.string(), submission.token) + ".secret";
  if (launch::write_whole(secret, bearer, 0600)) { return; }
  throw std::system_error(errno, std::generic_category(), secret);
}

std::string read_spool(const fs::path& run_folder, const decide::SpoolSlice& slice) {
  const fs::path attempt = launch::attempt_path(run_folder.string(), slice.number);
  return read_slice(attempt / "spool.jsonl", slice.offset, slice.bytes_max);
}

void mark(const fs::path& run_folder, const std::string& word) {
  fs::create_directories(run_folder);
  write_atomically(run_folder / word, "");
}

void unmark(const fs::path& run_folder) {
  fs::remove(run_folder / "cancelled");
}

}  // namespace enigma::attempts
