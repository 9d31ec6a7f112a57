#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# openssl.sh SECONDS: ciphers, hashes and keys in turn; much of it is assembler.
exec timeout "$1" sh -c 'while :; do
  openssl speed -seconds 1 -bytes 16384 sha256 md5 aes-256-cbc rsa2048 ecdsap256 ed25519 2>/dev/null
  openssl speed -seconds 1 -bytes 16384 -evp aes-256-gcm 2>/dev/null
  openssl speed -seconds 1 -bytes 16384 -evp chacha20-poly1305 2>/dev/null
done >/dev/null'
