// NWB files made by a test, and the numbers of any, by HDF5's own calls alone.
#pragma once

#include "recordings/temporary_folder.h"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <hdf5.h>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// A dataset of numbers as doubles.
inline std::vector<double> hdf5_numbers(const std::filesystem::path& path,
                                        const std::string& dataset) {
  const hid_t file = ::H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t data = ::H5Dopen2(file, dataset.c_str(), H5P_DEFAULT);
  INFO(dataset);
  REQUIRE(data >= 0);
  const hid_t space = ::H5Dget_space(data);
  std::vector<double> numbers(static_cast<size_t>(::H5Sget_simple_extent_npoints(space)));
  REQUIRE(::H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) >= 0);
  ::H5Sclose(space);
  ::H5Dclose(data);
  ::H5Fclose(file);
  return numbers;
}

/// A file that claims to be NWB 2 and holds what a test adds to it.
class SmallNwb {
 public:
  SmallNwb() { begin(); }
  /// In a folder that is somebody else's.
  explicit SmallNwb(std::filesystem::path file) : path(std::move(file)) { begin(); }

  /// Groups above it are made too, without a type.
  void add_group(const std::string& place, const std::string& type) const {
    change([&](hid_t file) { ::H5Gclose(make_group(file, place, type)); });
  }
  template <typename T>
  void add_numbers(const std::string& place, const std::vector<T>& numbers,
                   std::vector<hsize_t> sides = {}) const {
    if (sides.empty()) { sides = {numbers.size()}; }
    change([&](hid_t file) {
      write(file, place.c_str(), sides, native<T>(), native<T>(), numbers.data());
    });
  }
  void set_text(const std::string& place, const char* name, const std::string& text) const {
    at(place, [&](hid_t object) { write_text(object, name, text); });
  }
  void set_number(const std::string& place, const char* name, double number) const {
    at(place, [&](hid_t object) {
      const hid_t space = ::H5Screate(H5S_SCALAR);
      write_attribute(object, name, H5T_NATIVE_DOUBLE, space, &number);
    });
  }
  /// Names of equal length, as a table's colnames.
  void set_columns(const std::string& table, std::vector<std::string> names) const {
    constexpr size_t kLength = 32;
    std::string text;
    for (std::string& name : names) { text += name + std::string(kLength - name.size(), '\0'); }
    at(table, [&](hid_t object) {
      const hid_t type = ::H5Tcopy(H5T_C_S1);
      ::H5Tset_size(type, kLength);
      const hsize_t count[] = {names.size()};
      write_attribute(object, "colnames", type, ::H5Screate_simple(1, count, nullptr), text.data());
      ::H5Tclose(type);
    });
  }
  void set_reference(const std::string& place, const char* name, const std::string& target) const {
    change([&](hid_t file) {
      hobj_ref_t reference = 0;
      REQUIRE(::H5Rcreate(&reference, file, target.c_str(), H5R_OBJECT, -1) >= 0);
      const hid_t object = ::H5Oopen(file, place.c_str(), H5P_DEFAULT);
      write_attribute(object, name, H5T_STD_REF_OBJ, ::H5Screate(H5S_SCALAR), &reference);
      ::H5Oclose(object);
    });
  }
  void link_into(const std::string& place, const char* other, const char* target) const {
    change([&](hid_t file) {
      REQUIRE(::H5Lcreate_external(other, target, file, place.c_str(), H5P_DEFAULT, H5P_DEFAULT) >=
              0);
    });
  }
  void link_to(const std::string& place, const char* target) const {
    change([&](hid_t file) {
      REQUIRE(::H5Lcreate_soft(target, file, place.c_str(), H5P_DEFAULT, H5P_DEFAULT) >= 0);
    });
  }
  void remove(const std::string& place) const {
    change([&](hid_t file) { REQUIRE(::H5Ldelete(file, place.c_str(), H5P_DEFAULT) >= 0); });
  }
  /// Doubles in a file beside.
  void add_outside(const std::string& place, const char* other, hsize_t count) const {
    change([&](hid_t file) {
      const hid_t plan = ::H5Pcreate(H5P_DATASET_CREATE);
      ::H5Pset_external(plan, other, 0, H5F_UNLIMITED);
      const hid_t space = ::H5Screate_simple(1, &count, nullptr);
      const hid_t data =
          ::H5Dcreate2(file, place.c_str(), H5T_IEEE_F64LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
      REQUIRE(data >= 0);
      ::H5Dclose(data);
      ::H5Sclose(space);
      ::H5Pclose(plan);
    });
  }
  /// Units with their spike times.
  void add_units(const std::vector<std::vector<double>>& trains) const {
    add_group("/units", "Units");
    set_columns("/units", {"spike_times"});
    std::vector<double> times_s;
    std::vector<int64_t> ends, ids;
    for (const auto& train : trains) {
      times_s.insert(times_s.end(), train.begin(), train.end());
      ends.push_back(static_cast<int64_t>(times_s.size()));
      ids.push_back(static_cast<int64_t>(ids.size()));
    }
    add_numbers("/units/id", ids);
    add_numbers("/units/spike_times", times_s);
    add_numbers("/units/spike_times_index", ends);
  }
  /// A table of stretches, (start, stop) a row.
  void add_intervals(const std::string& place,
                     const std::vector<std::pair<double, double>>& rows) const {
    add_group(place, "TimeIntervals");
    set_columns(place, {"start_time", "stop_time"});
    std::vector<int64_t> ids;
    std::vector<double> starts_s, stops_s;
    for (const auto& [start_s, stop_s] : rows) {
      ids.push_back(static_cast<int64_t>(ids.size()));
      starts_s.push_back(start_s);
      stops_s.push_back(stop_s);
    }
    add_numbers(place + "/id", ids);
    add_numbers(place + "/start_time", starts_s);
    add_numbers(place + "/stop_time", stops_s);
  }
  /// A series with its own times and unit.
  void add_timed(const std::string& place, const std::vector<double>& numbers,
                 const std::vector<double>& times_s, const std::string& unit) const {
    add_group(place, "TimeSeries");
    add_numbers(place + "/data", numbers);
    set_text(place + "/data", "unit", unit);
    add_numbers(place + "/timestamps", times_s);
  }

 private:
  void begin() const {
    const hid_t file = ::H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    write_text(file, "nwb_version", "2.6.0");
    ::H5Fclose(file);
  }

 public:
  /// uint8 frames [count, a, b] whose bytes count up; timestamps at 10 Hz.
  void add_film(const std::string& place, const std::string& type, hsize_t count, hsize_t a,
                hsize_t b) const {
    change([&](hid_t file) {
      const hid_t group = make_group(file, place, type);
      std::vector<uint8_t> bytes(count * a * b);
      std::iota(bytes.begin(), bytes.end(), uint8_t{0});
      write(group, "data", {count, a, b}, H5T_STD_U8LE, H5T_NATIVE_UINT8, bytes.data());
      write_times(group, count, 0);
      ::H5Gclose(group);
    });
  }
  /// An imaging field of `neurons` whose timestamps come `lag_s` late.
  void add_field(const std::string& place, hsize_t rows, hsize_t neurons, double lag_s) const {
    change([&](hid_t file) {
      const hid_t group = make_group(file, place, "RoiResponseSeries");
      std::vector<float> numbers(rows * neurons);
      std::iota(numbers.begin(), numbers.end(), 0.0f);
      write(group, "data", {rows, neurons}, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, numbers.data());
      std::vector<int64_t> rois(neurons);
      std::iota(rois.begin(), rois.end(), 0);
      write(group, "rois", {neurons}, H5T_STD_I64LE, H5T_NATIVE_INT64, rois.data());
      write_times(group, rows, lag_s);
      ::H5Gclose(group);
    });
  }
  void add_series(const std::string& place, hsize_t rows, hsize_t times) const {
    change([&](hid_t file) {
      const hid_t group = make_group(file, place, "TimeSeries");
      const std::vector<double> numbers(rows, 1.5);
      write(group, "data", {rows}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, numbers.data());
      write_times(group, times, 0);
      ::H5Gclose(group);
    });
  }
  /// A chunked dataset of so many doubles, none of them written.
  void add_claim(const std::string& place, int64_t elements) const {
    change([&](hid_t file) {
      const hid_t group = make_group(file, place, "TimeSeries");
      const hsize_t size[] = {static_cast<hsize_t>(elements)}, chunk[] = {1024};
      const hid_t plan = ::H5Pcreate(H5P_DATASET_CREATE);
      ::H5Pset_chunk(plan, 1, chunk);
      ::H5Pset_deflate(plan, 9);
      const hid_t space = ::H5Screate_simple(1, size, nullptr);
      const hid_t data =
          ::H5Dcreate2(group, "data", H5T_IEEE_F64LE, space, H5P_DEFAULT, plan, H5P_DEFAULT);
      REQUIRE(data >= 0);
      ::H5Dclose(data);
      ::H5Sclose(space);
      ::H5Pclose(plan);
      ::H5Gclose(group);
    });
  }
  void forget_version() const {
    change([&](hid_t file) { ::H5Adelete(file, "nwb_version"); });
  }

 private:
  TemporaryFolder place_;

 public:
  const std::filesystem::path path = place_.path() / "small.nwb";

 private:
  void change(auto edit) const {
    const hid_t file = ::H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    REQUIRE(file >= 0);
    edit(file);
    ::H5Fclose(file);
  }
  void at(const std::string& place, auto edit) const {
    change([&](hid_t file) {
      const hid_t object = ::H5Oopen(file, place.c_str(), H5P_DEFAULT);
      REQUIRE(object >= 0);
      edit(object);
      ::H5Oclose(object);
    });
  }
  template <typename T>
  static hid_t native() {
    if constexpr (std::is_same_v<T, uint64_t>) {
      return H5T_NATIVE_UINT64;
    } else if constexpr (std::is_same_v<T, int64_t>) {
      return H5T_NATIVE_INT64;
    } else if constexpr (std::is_same_v<T, float>) {
      return H5T_NATIVE_FLOAT;
    } else {
      return H5T_NATIVE_DOUBLE;
    }
  }
  static void write_attribute(hid_t object, const char* name, hid_t type, hid_t space,
                              const void* value) {
    if (::H5Aexists(object, name) > 0) { ::H5Adelete(object, name); }
    const hid_t attribute = ::H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(::H5Awrite(attribute, type, value) >= 0);
    ::H5Aclose(attribute);
    ::H5Sclose(space);
  }
  static void write_text(hid_t object, const char* name, const std::string& text) {
    const hid_t type = ::H5Tcopy(H5T_C_S1);
    ::H5Tset_size(type, text.size());
    const hid_t space = ::H5Screate(H5S_SCALAR);
    const hid_t attribute = ::H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    ::H5Awrite(attribute, type, text.data());
    ::H5Aclose(attribute);
    ::H5Sclose(space);
    ::H5Tclose(type);
  }
  static hid_t make_group(hid_t file, const std::string& place, const std::string& type) {
    const hid_t plan = ::H5Pcreate(H5P_LINK_CREATE);
    ::H5Pset_create_intermediate_group(plan, 1);
    const hid_t group = ::H5Gcreate2(file, place.c_str(), plan, H5P_DEFAULT, H5P_DEFAULT);
    ::H5Pclose(plan);
    REQUIRE(group >= 0);
    write_text(group, "neurodata_type", type);
    return group;
  }
  static void write(hid_t group, const char* name, const std::vector<hsize_t>& sides, hid_t stored,
                    hid_t memory, const void* numbers) {
    const hid_t space = ::H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr);
    const hid_t data =
        ::H5Dcreate2(group, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(::H5Dwrite(data, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers) >= 0);
    ::H5Dclose(data);
    ::H5Sclose(space);
  }
  static void write_times(hid_t group, hsize_t count, double first_s) {
    std::vector<double> times_s;
    for (hsize_t i = 0; i < count; ++i) {
      times_s.push_back(first_s + static_cast<double>(i) / 10);
    }
    write(group, "timestamps", {count}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, times_s.data());
  }
};

}  // namespace enigma::recordings::importer::nwb
