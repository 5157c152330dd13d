#include "worker/parallel/rendezvous.h"

#include "files/atomic_file.h"
#include "worker/parallel/collectives.h"

#include <nlohmann/json.hpp>

#include <thread>

namespace enigma::parallel {
namespace {

namespace fs = std::filesystem;

constexpr auto kLookEvery = std::chrono::milliseconds(20);
constexpr size_t kBytesMax = 4096;

fs::path file_in(const fs::path& folder) {
  return folder / "rendezvous.json";
}

}  // namespace

void publish_address(const fs::path& folder, const Address& address) {
  const nlohmann::ordered_json json = {{"host", address.host}, {"port", address.port}};
  write_atomically(file_in(folder), json.dump() + "\n");
}

std::optional<Address> published_address(const fs::path& folder) {
  if (!fs::exists(file_in(folder))) { return std::nullopt; }
  const auto json = nlohmann::json::parse(read_file(file_in(folder), kBytesMax), nullptr, false);
  if (!json.is_object() || !json.contains("host") || !json["host"].is_string() ||
      !json.contains("port") || !json["port"].is_number_unsigned() ||
      json["port"].get<uint64_t>() > UINT16_MAX) {
    return std::nullopt;
  }
  return Address{json["host"].get<std::string>(), json["port"].get<uint16_t>()};
}

// A shared file system tells nobody that a file has come: it is looked for.
Address wait_for_address(const fs::path& folder, std::chrono::milliseconds deadline) {
  for (auto waited = kLookEvery * 0; waited <= deadline; waited += kLookEvery) {
    if (auto address = published_address(folder)) { return *address; }
    std::this_thread::sleep_for(kLookEvery);
  }
  throw PeerLost("rank 0 has published no address in " + file_in(folder).string() + " within " +
                 std::to_string(deadline.count() / 1000) + " s");
}

}  // namespace enigma::parallel
