// SPDX-License-Identifier: Apache-2.0
// What the report's page starts with.

startPage(CallTree, Page);
