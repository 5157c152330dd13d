# The page (web/) as a source of enigma_page: built by npm where there is one, else a program without a page.
set(ENIGMA_PAGE AUTO CACHE STRING "Build the page into enigma-sweep (needs Node.js and npm): ON, OFF or AUTO")
find_program(enigma_npm npm NO_CACHE)
set(enigma_page_source ${PROJECT_BINARY_DIR}/page/page_files.cc)
if(ENIGMA_PAGE STREQUAL "AUTO" AND NOT enigma_npm)
  message(STATUS "No npm: enigma-sweep is built without its page (the JSON documents are all there)")
endif()
if(ENIGMA_PAGE AND enigma_npm)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/src/*)
  set(web ${PROJECT_SOURCE_DIR}/web)
  add_custom_command(OUTPUT ${enigma_page_source}
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/page.sh ${PROJECT_BINARY_DIR}/page/web ${enigma_page_source} ${ENIGMA_PAGE}
    DEPENDS ${sources} ${web}/index.html ${web}/package.json ${web}/package-lock.json ${web}/.npmrc
            ${web}/tsconfig.json ${web}/vite.config.ts ${web}/embed.mjs ${PROJECT_SOURCE_DIR}/cmake/page.sh
    COMMENT "Building the page" VERBATIM)
elseif(ENIGMA_PAGE AND NOT ENIGMA_PAGE STREQUAL "AUTO")
  message(FATAL_ERROR "ENIGMA_PAGE=${ENIGMA_PAGE} needs npm")
else()
  file(CONFIGURE OUTPUT ${enigma_page_source} CONTENT "#include \"orchestrator/page/page.h\"

std::span<const enigma::page::File> enigma::page::files() {
  return {};
}
")
endif()
target_sources(enigma_page PRIVATE ${enigma_page_source})
