// Runs a fuzz target over its corpus without libFuzzer: every file once, and every prefix of a
// small one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes, std::size_t size) {
    // A buffer of just this size, so that the sanitizer sees a read past the end.
    const std::vector<std::uint8_t> exact(bytes.begin(),
                                          bytes.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t files = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(file), {}};
            const std::size_t step = std::max<std::size_t>(1, bytes.size() / 256);
            for (std::size_t size = 0; size < bytes.size(); size += step) run(bytes, size);
            run(bytes, bytes.size());
            ++files;
        }
    }
    std::printf("%zu corpus files\n", files);
    return files > 0 ? 0 : 1;
}
