/** Shapes that several operations share. */
import { blob, boolean, list, map, orEmpty, required, string, structure } from '../shape.ts';

/** Lists of values were planned and never came: they are read so that they can be refused. */
export const messageAttributeValue = () =>
  structure({
    StringValue: string(),
    BinaryValue: blob(),
    StringListValues: list('StringListValue', string()),
    BinaryListValues: list('BinaryListValue', blob()),
    DataType: orEmpty(string()),
  });

export const messageAttributes = () => map('MessageAttribute', ['Name', 'Value'], messageAttributeValue());
export const messageSystemAttributes = () => map('MessageSystemAttribute', ['Name', 'Value'], messageAttributeValue());

/** Attributes of queues, and the system attributes of received messages. */
export const attributes = () => map('Attribute', ['Name', 'Value'], string());
export const tags = () => map('Tag', ['Key', 'Value'], string());
export const queueUrls = () => list('QueueUrl', string());

export const queueUrl = () => required(string());

/** Left out if there are none, whatever the model says: that is how clients tell that nothing failed. */
export const failedEntries = () =>
  list(
    'BatchResultErrorEntry',
    structure({
      Id: required(string()),
      SenderFault: required(boolean()),
      Code: required(string()),
      Message: string(),
    }),
  );

/** The entries of a batch that are answered with their id alone. */
export const doneEntries = (queryName: string) => list(queryName, structure({ Id: required(string()) }));
