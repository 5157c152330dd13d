// What is seen, as a file.

export function download(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The drawing with its own font, so that it stands alone. */
export function svgText(svg: SVGSVGElement, ground: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.querySelectorAll('.brush').forEach((mark) => mark.remove());
  copy.setAttribute('font-family', 'system-ui, sans-serif');
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  paper.setAttribute('width', '100%');
  paper.setAttribute('height', '100%');
  paper.setAttribute('fill', ground);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

const pixelsEach = 2;

/** A drawing as a picture, twice as fine as the screen's plain pixels. */
export async function downloadPng(name: string, svg: SVGSVGElement, ground: string): Promise<void> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg, ground))}`;
  await picture.decode();
  const { width, height } = svg.viewBox.baseVal;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * pixelsEach, height * pixelsEach];
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  saveCanvas(name, canvas);
}

/** What a canvas shows, on its ground. */
export function downloadCanvas(name: string, shown: HTMLCanvasElement, ground: string): void {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [shown.width, shown.height];
  const context = canvas.getContext('2d')!;
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(shown, 0, 0);
  saveCanvas(name, canvas);
}

function saveCanvas(name: string, canvas: HTMLCanvasElement): void {
  canvas.toBlob((blob) => blob && download(name, 'image/png', blob), 'image/png');
}
