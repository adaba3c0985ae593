#!/usr/bin/env -S node --import tsx
import { runCommandLine } from '../src/lib/cli/main.ts'

void runCommandLine(import.meta.url, { development: true })
