# enigma_room(NAME [FOLDER …] SOURCES … LINKS … [TESTS …] [TEST_LINKS …]): the room of one folder, as the
# library enigma_NAME, and where tests are built a doctest program enigma_NAME_test of the TESTS beside its
# sources. LINKS are all that its files include: enigma_tidy_test holds the includes against them. A room of
# headers alone has no SOURCES.
function(enigma_room name)
  cmake_parse_arguments(room "" "FOLDER" "SOURCES;TESTS;LINKS;TEST_LINKS" ${ARGN})
  if(room_FOLDER)
    list(TRANSFORM room_SOURCES PREPEND ${room_FOLDER}/)
    list(TRANSFORM room_TESTS PREPEND ${room_FOLDER}/)
  endif()
  if(room_SOURCES)
    add_library(enigma_${name} STATIC ${room_SOURCES})
    target_include_directories(enigma_${name} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(enigma_${name} PUBLIC ${room_LINKS})
    enigma_use_precompiled(common enigma_${name})
  else()
    add_library(enigma_${name} INTERFACE)
    target_include_directories(enigma_${name} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(enigma_${name} INTERFACE ${room_LINKS})
  endif()
  if(room_TESTS)
    enigma_test(${name} SOURCES ${room_TESTS} LINKS enigma_${name} ${room_TEST_LINKS})
  endif()
endfunction()

# enigma_test(NAME SOURCES … LINKS …): a doctest program enigma_NAME_test, for the tests of several rooms.
function(enigma_test name)
  if(NOT ENIGMA_TESTS)
    return()
  endif()
  cmake_parse_arguments(test "" "" "SOURCES;LINKS" ${ARGN})
  if(NOT TARGET enigma_doctest_main)
    add_library(enigma_doctest_main STATIC ${PROJECT_SOURCE_DIR}/tests/doctest_main.cc)
    target_link_libraries(enigma_doctest_main PUBLIC doctest::doctest)
  endif()
  add_executable(enigma_${name}_test ${test_SOURCES})
  target_link_libraries(enigma_${name}_test PRIVATE ${test_LINKS} enigma_doctest_main)
  enigma_use_precompiled(common enigma_${name}_test)
  # What is tested is compiled as users run it; the tests themselves are only compiled quickly.
  target_compile_options(enigma_${name}_test PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  set_property(GLOBAL APPEND PROPERTY enigma_test_programs enigma_${name}_test)
endfunction()

# enigma_precompiled(NAME LINKS … HEADERS … [OPTIONS …]): HEADERS, compiled once for all targets that are given
# to enigma_use_precompiled(NAME TARGET …) and that have the same options.
function(enigma_precompiled name)
  cmake_parse_arguments(headers "" "" "LINKS;HEADERS;OPTIONS" ${ARGN})
  set(source ${PROJECT_BINARY_DIR}/enigma_precompiled_${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Nothing but its precompiled headers.\n")
  add_library(enigma_precompiled_${name} OBJECT ${source})
  target_link_libraries(enigma_precompiled_${name} PRIVATE ${headers_LINKS})
  target_include_directories(enigma_precompiled_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(enigma_precompiled_${name} PRIVATE ${headers_OPTIONS})
  target_precompile_headers(enigma_precompiled_${name} PRIVATE ${headers_HEADERS})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(enigma_precompiled_${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

function(enigma_use_precompiled name)
  if(TARGET enigma_precompiled_${name})
    foreach(target ${ARGN})
      target_precompile_headers(${target} REUSE_FROM enigma_precompiled_${name})
    endforeach()
  endif()
endfunction()

# Of all presets the sanitizers' alone takes the common headers precompiled: the others tell which includes a
# file lacks.
if(ENIGMA_QUICK_BUILD)
  enigma_precompiled(common LINKS nlohmann_json::nlohmann_json
    HEADERS <nlohmann/json.hpp> <algorithm> <filesystem> <functional> <map> <optional> <sstream> <string> <variant> <vector>)
endif()

# enigma_numerics(ROOM …): rooms whose work is numbers or many bytes. A quick build optimizes them alone: what
# takes seconds there would take minutes.
function(enigma_numerics)
  if(ENIGMA_QUICK_BUILD)
    foreach(room ${ARGN})
      target_compile_options(enigma_${room} PRIVATE -O1)
      set_target_properties(enigma_${room} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    endforeach()
  endif()
endfunction()
