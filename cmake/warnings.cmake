# One set of flags for every target. Warnings are errors.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wno-missing-field-initializers -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Boost 1.81 trips the newer deprecation warnings of Clang.
  list(APPEND clang_quiet -Wno-unknown-warning-option -Wno-deprecated-declarations)
  add_compile_options(${clang_quiet})
else()
  # GCC 12 reports false positives inside libstdc++'s strings and variants at -O2 and above.
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized)
endif()

# Paths below the checkout are hashed as relative ones, so that a second checkout finds the objects
# of the first; a precompiled header is known by what it holds.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
                                  CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
                                  ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  find_program(LLD ld.lld-16)
  if(LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
