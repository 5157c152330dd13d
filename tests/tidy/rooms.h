// The rooms of the house as the CMake files state them: folders, and which rooms their files may
// include.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace enigma::tidy {

struct Room {
  std::string name;             ///< of the library, without "enigma_"
  std::string folder;           ///< from the root, with '/' at its end
  std::set<std::string> links;  ///< names of rooms
};

/// In the order in which CMake comes to them, from the root on.
std::vector<Room> rooms();

/// The room whose folder holds the file itself, or nullptr.
const Room* room_of(const std::vector<Room>& rooms, const std::string& path);

/// The folders of the list "Rooms and arrows" of ARCHITECTURE.md, in its order.
std::vector<std::string> rooms_of_architecture();

}  // namespace enigma::tidy
