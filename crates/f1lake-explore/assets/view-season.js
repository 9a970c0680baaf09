import{State as o}from"./app.js";import{jsx as e}from"./app.js";function i({year:t}){return e("div",{class:"panel",children:e(o,{title:"Season",text:String(t??"")})})}export{i as default};
