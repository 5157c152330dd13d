// The rooms and their order stand in three places, which agree: the link lists of CMake, the
// includes, and ARCHITECTURE.md.
#include "tests/tidy/rooms.h"

#include "tests/tidy/source_tree.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace enigma::tidy {
namespace {

constexpr size_t kNounsMax = 30;

template <typename Words>
std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) { text += word + "\n"; }
  return text;
}

/// Of the rooms that a room's own files include: their names.
std::map<std::string, std::set<std::string>> included_rooms(const std::vector<Room>& rooms) {
  std::map<std::string, std::set<std::string>> included;
  for (const SourceFile& file : source_files()) {
    if (is_test(file.path)) { continue; }
    const Room* room = room_of(rooms, file.path);
    INFO(file.path << " stands in the folder of a room");
    REQUIRE(room != nullptr);
    for (const std::string& path : includes_of(file)) {
      const Room* target = room_of(rooms, path);
      INFO(path << " stands in the folder of a room");
      REQUIRE(target != nullptr);
      if (target != room) { included[room->name].insert(target->name); }
    }
  }
  return included;
}

}  // namespace

TEST_CASE("rooms: a room links the rooms that its files include, and no others") {
  const auto all = rooms();
  const auto included = included_rooms(all);
  for (const Room& room : all) {
    if (room.folder.starts_with("tests/")) { continue; }
    const auto found = included.find(room.name);
    const std::set<std::string> wanted =
        found == included.end() ? std::set<std::string>{} : found->second;
    INFO(room.folder);
    CHECK(joined(room.links) == joined(wanted));
  }
}

TEST_CASE("rooms: links point to rooms that come before") {
  std::set<std::string> before;
  for (const Room& room : rooms()) {
    for (const std::string& link : room.links) {
      INFO(room.folder << " links " << link);
      CHECK(before.contains(link));
    }
    before.insert(room.name);
  }
}

TEST_CASE("rooms: ARCHITECTURE.md lists them in the order of CMake") {
  std::vector<std::string> folders;
  for (const Room& room : rooms()) {
    if (!room.folder.starts_with("tests/")) { folders.push_back(room.folder); }
  }
  CHECK(joined(rooms_of_architecture()) == joined(folders));
}

TEST_CASE("rooms: no folder holds more than 30 nouns") {
  std::map<std::string, std::set<std::string>> nouns;
  for (const SourceFile& file : source_files()) {
    if (is_test(file.path)) { continue; }
    const size_t slash = file.path.rfind('/');
    const std::string name = file.path.substr(slash + 1);
    nouns[file.path.substr(0, slash)].insert(name.substr(0, name.find('.')));
  }
  for (const auto& [folder, names] : nouns) {
    INFO(folder);
    CHECK(names.size() <= kNounsMax);
  }
}

}  // namespace enigma::tidy
