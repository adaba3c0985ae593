#!/usr/bin/env node
import { runCommandLine } from '../dist/lib/cli/main.js'

void runCommandLine(import.meta.url)
