#!/usr/bin/env node
'use strict'
const { pathToFileURL } = require('node:url')
const { runCommandLine } = require('../dist/lib/cli/main.cjs')

void runCommandLine(pathToFileURL(__filename).href)
