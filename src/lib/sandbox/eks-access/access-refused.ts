/** Why a token opens nothing. The message is for whoever reads the log of the cluster's authenticator. */
export class AccessRefused extends Error {}
