// For whoever loads YAML only when it is needed: `import('yaml')` itself gives the bundle a default export and nothing else, for that
// package is CommonJS.
export { parse, stringify } from 'yaml'
