/** Region of AWS, in form. */
export const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/

/** ARN of an IAM role (IAM User Guide, "IAM identifiers"). */
export const ROLE_ARN = /^arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/
