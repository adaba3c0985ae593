// Lets the scripts of this folder import the TypeScript of src/: import this first, then the sources with await import().
import { register } from 'tsx/esm/api'

register()
