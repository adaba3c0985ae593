import { invalidConfiguration } from '../problem.js'
import { checkSchema } from '../schema-problems.js'
import { parseYaml } from '../yaml-source.js'
import { type Catalogue, catalogueSchema } from './catalogue-schema.js'

const CATALOGUE_FILE = 'templates/addons/catalogue.yaml'

/**
 * The add-ons of a catalogue's text, by name.
 * @throws `InvalidConfiguration` with every problem, its line and its field
 */
export function parseCatalogue(text: string, file = CATALOGUE_FILE): Catalogue['addons'] {
  const parsed = parseYaml(file, text)
  const checked = parsed.source ? checkSchema(catalogueSchema, parsed.source) : { problems: [] }
  const problems = [...parsed.problems, ...checked.problems]
  if (problems.length > 0 || !checked.value) throw invalidConfiguration(problems, ['Change the places named above.'])
  return checked.value.addons
}
