#include "recordings/format/file_tree.h"

#include "recordings/format/problem.h"

#include <algorithm>
#include <cctype>
#include <system_error>

namespace enigma::recordings {
namespace {

namespace fs = std::filesystem;

class Walk {
 public:
  Walk(const fs::path& folder, const Visit& visit, std::vector<Diagnostic>& problems)
      : visit_(visit), problems_(problems) {
    // Folders around this one too, by either name: a link up to them leads back here.
    for (fs::path above : {fs::absolute(folder).lexically_normal(), fs::canonical(folder)}) {
      for (above_.push_back(above); above.has_relative_path(); above_.push_back(above)) {
        above = above.parent_path();
      }
    }
  }

  void go_into(const fs::path& folder) {
    above_.push_back(folder);
    for (const auto& entry : fs::directory_iterator(folder)) { look_at(entry); }
    above_.pop_back();
  }

 private:
  void look_at(const fs::directory_entry& entry) {
    std::error_code unknown;
    if (auto broken = broken_link(entry.path())) { return warn(std::move(*broken)); }
    if (!visit_(entry) || !entry.is_directory(unknown)) { return; }
    if (entry.is_symlink(unknown) && leads_back(entry.path())) {
      return warn(problem_in(entry.path(), "", "link leads back to a folder that it lies in",
                             "folders without circles",
                             "a link to " + fs::read_symlink(entry.path(), unknown).string()));
    }
    go_into(entry.path());
  }

  bool leads_back(const fs::path& link) const {
    std::error_code unknown;
    return std::any_of(above_.begin(), above_.end(), [&](const fs::path& folder) {
      return fs::equivalent(link, folder, unknown);
    });
  }

  void warn(Diagnostic problem) {
    problem.severity = Severity::warning;
    problems_.push_back(std::move(problem));
  }

  const Visit& visit_;
  std::vector<Diagnostic>& problems_;
  std::vector<fs::path> above_;
};

}  // namespace

bool is_left_by_system(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.starts_with("._") || name == ".DS_Store";
}

void walk(const fs::path& folder, const Visit& visit, std::vector<Diagnostic>& problems) {
  Walk(folder, visit, problems).go_into(folder);
}

FileTree files_below(const fs::path& folder) {
  FileTree tree;
  const auto take = [&](const fs::directory_entry& entry) {
    if (is_left_by_system(entry.path())) { return false; }
    if (entry.is_regular_file()) {
      tree.files.emplace(entry.path().lexically_relative(folder).generic_string(), entry.path());
    }
    return true;
  };
  walk(folder, take, tree.problems);
  return tree;
}

std::string session_name(const fs::path& folder) {
  return (fs::absolute(folder) / "").lexically_normal().parent_path().filename().string();
}

bool is_lost_folder(const fs::path& link) {
  const std::string name = link.filename().string(), ending = link.extension().string();
  const bool is_file =
      ending.size() > 1 && std::isalpha(static_cast<unsigned char>(ending[1])) != 0;
  return !name.starts_with(".") && !is_file && broken_link(link).has_value();
}

}  // namespace enigma::recordings
