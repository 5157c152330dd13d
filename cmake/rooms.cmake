# enigma_room(NAME SOURCES … TESTS … LINKS …): a static library enigma_NAME with its sources and,
# where tests are built, one doctest program enigma_NAME_test of the TESTS beside them.
function(enigma_room name)
  cmake_parse_arguments(room "" "" "SOURCES;TESTS;LINKS;TEST_LINKS" ${ARGN})
  add_library(enigma_${name} STATIC ${room_SOURCES})
  target_include_directories(enigma_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(enigma_${name} PUBLIC ${room_LINKS})
  if(ENIGMA_TESTS AND room_TESTS)
    add_executable(enigma_${name}_test ${PROJECT_SOURCE_DIR}/tests/doctest_main.cc ${room_TESTS})
    target_link_libraries(enigma_${name}_test PRIVATE enigma_${name} doctest::doctest
                                                      ${room_TEST_LINKS})
    # What is tested is compiled as users run it; the tests themselves are only compiled quickly.
    if(NOT CMAKE_CXX_FLAGS MATCHES "sanitize")
      target_compile_options(enigma_${name}_test PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
    endif()
    set_property(GLOBAL APPEND PROPERTY enigma_test_programs enigma_${name}_test)
  endif()
endfunction()
