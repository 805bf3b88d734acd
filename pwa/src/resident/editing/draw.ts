/** Draws the part of a photograph that is kept, turned upright; what is drawn goes the way of any new photograph. */
import { luminance } from '../../device/legibility';
import { type Frame, paperIn, type Turns } from './frame';

/** It is encoded once more when it is kept: until then nothing visible may be lost. */
const QUALITY = 0.95;
const SMALL_SIDE = 160;

/** Reads the picture at `url`. @throws when it cannot be read */
export async function read(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** The picture turned by quarters to the right. */
export function turn(image: CanvasImageSource, width: number, height: number, turns: Turns): HTMLCanvasElement {
  const across = turns % 2 === 1;
  const canvas = blank(across ? height : width, across ? width : height);
  const context = drawing(canvas);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(image, -width / 2, -height / 2, width, height);
  return canvas;
}

/** The part of the turned picture within `frame`, as a file to be kept. @throws where the engine cannot encode it */
export async function cut(picture: HTMLCanvasElement, frame: Frame): Promise<File> {
  const left = Math.round(picture.width * frame.left);
  const top = Math.round(picture.height * frame.top);
  const width = Math.max(1, Math.round(picture.width * frame.right) - left);
  const height = Math.max(1, Math.round(picture.height * frame.bottom) - top);
  const canvas = blank(width, height);
  drawing(canvas).drawImage(picture, left, top, width, height, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  if (!blob) throw new Error('the picture could not be encoded');
  return new File([blob], 'page.jpg', { type: 'image/jpeg' });
}

/** Where the sheet lies in the picture, or null where none stands out. */
export function findPaper(picture: HTMLCanvasElement): Frame | null {
  const scale = SMALL_SIDE / Math.max(picture.width, picture.height);
  const canvas = blank(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const context = drawing(canvas);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return paperIn(luminance(context.getImageData(0, 0, canvas.width, canvas.height).data), canvas.width);
}

function blank(width: number, height: number): HTMLCanvasElement {
  return Object.assign(document.createElement('canvas'), { width, height });
}

function drawing(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('nothing can be drawn here');
  return context;
}
