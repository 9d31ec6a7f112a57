// SPDX-License-Identifier: Apache-2.0
#include "kernel_btf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace culprit {
namespace {

class KernelBtfSearch : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "btf-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string put(const std::string& path, const std::string& bytes) {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << bytes;
    return file;
  }

  std::string root_;
};

TEST_F(KernelBtfSearch, PrefersTheKernelsOwn) {
  put("/sys/kernel/btf/vmlinux", "\x9f\xeb");
  put("/boot/vmlinux-5.4.0",
      "\x7f"
      "ELF");
  const auto btf = find_kernel_btf({}, "5.4.0", root_);
  ASSERT_TRUE(btf);
  EXPECT_TRUE(btf->in_kernel);
  EXPECT_EQ(btf->file, "");
}

TEST_F(KernelBtfSearch, FindsADebugImageOfTheSameRelease) {
  put("/boot/vmlinux-5.4.0", "text that is no image");
  const std::string image = put("/usr/lib/debug/boot/vmlinux-5.4.0",
                                "\x7f"
                                "ELF....");
  const auto btf = find_kernel_btf({}, "5.4.0", root_);
  ASSERT_TRUE(btf);
  EXPECT_FALSE(btf->in_kernel);
  EXPECT_EQ(btf->file, image);
  EXPECT_FALSE(find_kernel_btf({}, "5.4.1", root_));
}

TEST_F(KernelBtfSearch, TakesTheGivenFileAndNoOther) {
  put("/boot/vmlinux-5.4.0",
      "\x7f"
      "ELF");
  const std::string given = put("/tmp/kernel.btf", "\x9f\xeb\x01");
  EXPECT_FALSE(find_kernel_btf(given, "5.4.0", root_)) << "three bytes describe no kernel";
  put("/tmp/kernel.btf", std::string("\x9f\xeb\x01\x00", 4));
  EXPECT_TRUE(find_kernel_btf(given, "5.4.0", root_));
  EXPECT_FALSE(find_kernel_btf(put("/tmp/text", "hello"), "5.4.0", root_));
}

TEST(KernelBtf, IsNotSearchedByAReleaseThatIsAPath) {
  EXPECT_TRUE(btf_search_paths("../../etc/passwd").empty());
  EXPECT_TRUE(btf_search_paths("").empty());
}

}  // namespace
}  // namespace culprit
