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
  add_executable(enigma_${name}_test ${PROJECT_SOURCE_DIR}/tests/doctest_main.cc ${test_SOURCES})
  target_link_libraries(enigma_${name}_test PRIVATE ${test_LINKS} doctest::doctest)
  # What is tested is compiled as users run it; the tests themselves are only compiled quickly.
  target_compile_options(enigma_${name}_test PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  set_property(GLOBAL APPEND PROPERTY enigma_test_programs enigma_${name}_test)
endfunction()
