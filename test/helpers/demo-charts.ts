// Writes small charts with the names and versions of the catalogue into a folder: node --import tsx test/helpers/demo-charts.ts FOLDER
import { writeTestCharts } from './charts.js'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: demo-charts.ts FOLDER')
await writeTestCharts(folder)
