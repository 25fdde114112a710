# hark_reads(hark_text room <vector>): what most files of a target include of others' headers is parsed once, for all targets of a kind
# that ask for nothing more (the first of them has to have the fewest macros on its command line: GCC refuses a precompiled header otherwise).
# A file includes what it uses all the same: -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without.
set(HARK_READS_test <gmock/gmock.h> <gtest/gtest.h>)
set(HARK_READS_fuzz <simdjson.h>)
function(hark_reads target kind)
    get_property(first GLOBAL PROPERTY hark_first_${kind})
    if(first AND NOT ARGN)
        target_precompile_headers(${target} REUSE_FROM ${first})
        return()
    endif()
    target_precompile_headers(${target} PRIVATE
        <algorithm> <array> <charconv> <chrono> <cstdint> <cstdio> <cstring> <filesystem> <fstream> <functional> <map> <memory> <optional>
        <span> <stdexcept> <string> <string_view> <utility> <vector> ${HARK_READS_${kind}} ${ARGN})
    if(NOT ARGN)
        set_property(GLOBAL PROPERTY hark_first_${kind} ${target})
    endif()
endfunction()

# hark_room(text KNOWS core LINKS PkgConfig::icu READS <simdjson.h>): the static library hark_text of engine/text/**.cpp.
# A room includes as "text/fold.hpp"; KNOWS are the rooms that it may link, which is the layering at link time.
add_library(hark_flags INTERFACE)
target_include_directories(hark_flags INTERFACE ${PROJECT_SOURCE_DIR}/engine ${PROJECT_SOURCE_DIR}/engine/include)
target_compile_options(hark_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                       # False alarms of g++ 12 on std::string (GCC bugs 105651, 105562, 105329), more of them from precompiled headers.
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds>
                       $<$<BOOL:${HARK_WERROR}>:-Werror>)
if(HARK_SANITIZE)
    target_compile_options(hark_flags INTERFACE -fsanitize=${HARK_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(hark_flags INTERFACE -fsanitize=${HARK_SANITIZE})
    if(HARK_SANITIZE STREQUAL thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
        target_compile_options(hark_flags INTERFACE -Wno-tsan)  # "atomic_thread_fence is not supported"
    endif()
    if(HARK_SANITIZE MATCHES undefined)
        target_compile_options(hark_flags INTERFACE -fno-sanitize-recover=undefined)
    endif()
endif()
if(HARK_FUZZ)
    # Clang 14 cannot assemble coroutines with the check of functions called through pointers.
    target_compile_options(hark_flags INTERFACE -fsanitize=fuzzer-no-link -fno-sanitize=function)
endif()

function(hark_room name)
    cmake_parse_arguments(ROOM "" "" "KNOWS;LINKS;READS" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    list(FILTER sources EXCLUDE REGEX "/build_time/|/main\\.cpp$")  # programs, not the room
    if(NOT sources)
        message(FATAL_ERROR "engine/${name} holds no source")
    endif()
    add_library(hark_${name} STATIC ${sources})
    list(TRANSFORM ROOM_KNOWS PREPEND hark_)
    target_link_libraries(hark_${name} PUBLIC hark_flags ${ROOM_KNOWS} PRIVATE ${ROOM_LINKS})
    hark_reads(hark_${name} room ${ROOM_READS})
endfunction()

# hark_test_program(text ROOMS text core): the program test_text of tests/text/*.cpp (not of fuzz/).
function(hark_test_program name)
    cmake_parse_arguments(TEST "" "" "ROOMS;LINKS;READS;WHOLE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_executable(test_${name} ${sources})
    list(TRANSFORM TEST_ROOMS PREPEND hark_)
    target_link_libraries(test_${name} PRIVATE hark_flags ${TEST_ROOMS} ${TEST_LINKS} GTest::gmock GTest::gtest_main)
    hark_reads(test_${name} test ${TEST_READS})
    target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(test_${name} PRIVATE HARK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_compile_options(test_${name} PRIVATE -O0)  # tests take longer to optimise than to run
endfunction()

# hark_test(text ROOMS text core WHOLE SlowToSetUp): that program, and each of its cases as a test, but suites under WHOLE as one test each:
# a test is a process, and with sanitizers it takes two minutes to compile the shipped rules.
function(hark_test name)
    hark_test_program(${name} ${ARGN})
    cmake_parse_arguments(TEST "" "" "WHOLE" ${ARGN})
    list(TRANSFORM TEST_WHOLE APPEND ".*")
    list(JOIN TEST_WHOLE ":" whole)
    gtest_discover_tests(test_${name} TEST_FILTER "-${whole}" TEST_PREFIX "${name}." PROPERTIES TIMEOUT 300 DISCOVERY_TIMEOUT 60)
    foreach(suite ${TEST_WHOLE})
        add_test(NAME ${name}.${suite} COMMAND test_${name} --gtest_filter=${suite})
        set_tests_properties(${name}.${suite} PROPERTIES TIMEOUT 600)
    endforeach()
endfunction()

# hark_fuzz(fold ROOMS text): fuzz_fold of fuzz/fold.cpp in this folder. With HARK_FUZZ libFuzzer drives it; else a plain
# main runs the corpus in fuzz/corpus/fold as a test (of one thread, so not under ThreadSanitizer).
function(hark_fuzz name)
    if(HARK_SANITIZE STREQUAL thread)
        return()
    endif()
    cmake_parse_arguments(FUZZ "" "" "ROOMS;LINKS" ${ARGN})
    list(TRANSFORM FUZZ_ROOMS PREPEND hark_)
    add_executable(fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/${name}.cpp)
    target_link_libraries(fuzz_${name} PRIVATE hark_flags ${FUZZ_ROOMS} ${FUZZ_LINKS})
    if("simdjson::simdjson" IN_LIST FUZZ_LINKS)
        hark_reads(fuzz_${name} fuzz)
    endif()
    target_include_directories(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    if(HARK_FUZZ)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    else()
        if(NOT TARGET hark_fuzz_main)
            add_library(hark_fuzz_main OBJECT ${PROJECT_SOURCE_DIR}/tests/fuzz_main.cpp)
            target_link_libraries(hark_fuzz_main PRIVATE hark_flags)
        endif()
        target_link_libraries(fuzz_${name} PRIVATE hark_fuzz_main)
    endif()
    target_compile_definitions(fuzz_${name} PRIVATE HARK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
endfunction()
