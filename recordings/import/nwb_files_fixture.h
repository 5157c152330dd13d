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
#include <vector>

namespace enigma::recordings {

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
  SmallNwb() {
    const hid_t file = ::H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    write_text(file, "nwb_version", "2.6.0");
    ::H5Fclose(file);
  }

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
    for (hsize_t i = 0; i < count; ++i) times_s.push_back(first_s + static_cast<double>(i) / 10);
    write(group, "timestamps", {count}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, times_s.data());
  }
};

}  // namespace enigma::recordings
