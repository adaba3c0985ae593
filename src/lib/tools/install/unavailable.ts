/** Why one way of installing did not lead anywhere. The next way is tried; the reasons are told when none is left. */
export class WayUnavailable extends Error {
  override name = 'WayUnavailable'
}
