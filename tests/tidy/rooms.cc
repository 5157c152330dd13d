#include "tests/tidy/rooms.h"

#include "tests/tidy/source_tree.h"

#include <regex>

namespace enigma::tidy {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  static const std::regex word(R"([^\s]+)");
  std::vector<std::string> words;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), word); at != std::sregex_iterator();
       ++at) {
    words.push_back(at->str());
  }
  return words;
}

/// `arguments` is what stands between the brackets of enigma_room(…).
Room room(const std::string& folder, const std::string& arguments) {
  static const std::set<std::string> keywords = {"FOLDER", "SOURCES", "TESTS", "LINKS",
                                                 "TEST_LINKS"};
  const auto words = words_of(arguments);
  Room room{words.at(0), folder, {}};
  std::string keyword;
  for (const std::string& word : words) {
    if (keywords.contains(word)) {
      keyword = word;
    } else if (keyword == "FOLDER") {
      room.folder += word + "/";
    } else if (keyword == "LINKS" && word.starts_with("enigma_")) {
      room.links.insert(word.substr(7));
    }
  }
  return room;
}

void read_folder(const std::string& folder, std::vector<Room>& rooms) {
  std::string text;
  for (const std::string& line : lines_of(folder + "CMakeLists.txt")) {
    text += line.substr(0, line.find('#')) + "\n";
  }
  static const std::regex call(R"((enigma_room|add_subdirectory)\(([^)]*)\))");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), call); at != std::sregex_iterator();
       ++at) {
    const std::string arguments = (*at)[2].str();
    if ((*at)[1] == "enigma_room") {
      rooms.push_back(room(folder, arguments));
    } else {
      read_folder(folder + arguments + "/", rooms);
    }
  }
}

}  // namespace

std::vector<Room> rooms() {
  std::vector<Room> rooms;
  read_folder("", rooms);
  return rooms;
}

const Room* room_of(const std::vector<Room>& rooms, const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  for (const Room& room : rooms) {
    if (room.folder == folder) { return &room; }
  }
  return nullptr;
}

std::vector<std::string> rooms_of_architecture() {
  static const std::regex entry(R"(^    ([a-z_/]+/)( .*)?)");
  std::vector<std::string> folders;
  bool inside = false;
  for (const std::string& line : lines_of("ARCHITECTURE.md")) {
    if (line.starts_with("#")) { inside = line == "## Rooms and arrows"; }
    std::smatch match;
    if (inside && std::regex_match(line, match, entry) && match[1] != "tests/") {
      folders.push_back(match[1].str());
    }
  }
  return folders;
}

}  // namespace enigma::tidy
