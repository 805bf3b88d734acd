/** The parts of ECharts that the charts need, and nothing else; this module is fetched with the screen. */
import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, SVGRenderer]);

export interface BarOf {
  label: string;
  value: number;
  /** Below the mark: hatched, so that grey print tells it apart too. */
  below: boolean;
}

const read = (box: HTMLElement, name: string): string => getComputedStyle(box).getPropertyValue(name).trim();

/** Draws bars with their values beside; returns what takes the chart away. */
export function drawBars(box: HTMLElement, bars: readonly BarOf[]): { resize: () => void; dispose: () => void } {
  const chart = init(box, null, { renderer: 'svg' });
  const [brand, track, ink] = [read(box, '--brand'), read(box, '--surface-2'), read(box, '--ink')];
  const size = Number.parseFloat(getComputedStyle(box).fontSize);
  const text = { color: ink, fontSize: size, fontFamily: 'inherit' };
  const hatch = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: Math.PI / 4, color: track };
  chart.setOption({
    animation: false,
    grid: { left: 4, right: 8, top: size * 2, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: bars.map((one) => one.label),
      axisLabel: { ...text, interval: 0, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: ink } },
    },
    yAxis: { type: 'value', show: false, minInterval: 1 },
    series: [
      {
        type: 'bar',
        barCategoryGap: '20%',
        label: {
          show: true,
          position: 'top',
          ...text,
          formatter: ({ value }: { value: unknown }) => (value === 0 ? '' : String(value)),
        },
        data: bars.map((one) => ({
          value: one.value,
          itemStyle: { color: brand, ...(one.below ? { decal: hatch } : {}) },
        })),
      },
    ],
  });
  return { resize: () => chart.resize(), dispose: () => chart.dispose() };
}
