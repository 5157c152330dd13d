#include "orchestrator/attempts/program.h"

#include "files/atomic_file.h"
#include "files/sha256.h"

#include <string>

namespace enigma::attempts {
namespace {

namespace fs = std::filesystem;

constexpr size_t kProgramBytesMax = size_t{1} << 30;
constexpr size_t kDigits = 16;  // of a digest: enough to tell builds apart

/// An ELF file that does not say where it stands (ld.so(8), $ORIGIN).
bool may_move(const std::string& content) {
  return content.starts_with(
             "\x7f"
             "ELF") &&
         content.find("$ORIGIN") == std::string::npos &&
         content.find("${ORIGIN}") == std::string::npos;
}

}  // namespace

fs::path keep_program(const fs::path& store, const fs::path& worker) {
  if (!fs::is_regular_file(worker) || fs::file_size(worker) > kProgramBytesMax) { return worker; }
  const std::string content = read_file(worker, kProgramBytesMax);
  if (!may_move(content)) { return worker; }
  const fs::path folder = store / "programs" / sha256(content).substr(0, kDigits);
  const fs::path kept = folder / worker.filename();
  if (fs::exists(kept)) { return kept; }
  fs::create_directories(folder);
  const fs::path part = folder / (worker.filename().string() + ".part");
  write_atomically(part, content);
  fs::permissions(part, fs::perms(0755));
  fs::rename(part, kept);
  return kept;
}

}  // namespace enigma::attempts
